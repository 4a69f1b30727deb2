"""Forecasts of what sources report: the model's, naive ones, and their scores."""
