"""Alerts: what the owner looks through, from the journal or straight from the gate, whatever program screened it."""
