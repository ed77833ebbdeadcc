"""Accounts, roles, logins; the policy table and the hook that hides rows."""
