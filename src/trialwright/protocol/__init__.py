"""What a study will do, without any data."""
