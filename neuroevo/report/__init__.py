"""Reads runs and shows them: tables, figures and one page; it never searches."""
