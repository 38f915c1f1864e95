"""Compares searches trial by trial, on problems whose optima are known."""
