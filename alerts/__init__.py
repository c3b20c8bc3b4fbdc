"""Alerts: rules over the newest version against the one before, and how what they raise is delivered."""
