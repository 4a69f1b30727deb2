"""Runs written down for other programs: NetCDF, tidy tables, IAMC, hubverse."""
