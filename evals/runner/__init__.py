"""Asks every question once, whatever interrupts it."""
