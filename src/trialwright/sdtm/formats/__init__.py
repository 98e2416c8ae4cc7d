"""How datasets lie on disk: each module reads bytes to a frame and writes a frame to bytes."""
