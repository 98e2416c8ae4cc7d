"""Sample size and operating characteristics."""
