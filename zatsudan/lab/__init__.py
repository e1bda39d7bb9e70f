"""The lab: many replies to one message, measured and compared.

Begin with `run`; a grid of settings becomes its cells.
"""
