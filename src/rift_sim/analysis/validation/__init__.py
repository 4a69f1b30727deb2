"""Forecasts from past origins scored against history."""
