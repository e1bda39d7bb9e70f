"""Tests of zatsudan."""
