"""Sanctions and dual-use trade monitoring from public trade statistics."""
