"""One subject told as blocks: timeline, lesions, responses, endpoints."""
