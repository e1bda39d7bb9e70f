"""Rows of our own text: what is shown, cut and wrapped to a width.

Begin with `partrows`.
"""
