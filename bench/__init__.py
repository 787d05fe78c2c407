"""How fast Outlay is, as ratios against a bare Flask program that it brings along.

``python -m bench`` measures both in one run and writes a table to ``bench/results/``.
"""
