"""Copies of exchanges in files: Parquet, CSV, JSON lines, HAR, Postman collections.

`pages` reads the journal some seconds of it at a time, each format is a `Writer` that is given row
after row, and `files` puts the whole file in its place at the end, or nothing.
"""
