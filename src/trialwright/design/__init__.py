"""Sample size and operating characteristics, before a trial starts."""
