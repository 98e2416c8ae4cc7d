"""The chapters of the report, each a function from the report's input to blocks."""
