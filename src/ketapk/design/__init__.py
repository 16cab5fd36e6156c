"""Schedules that reach a target."""
