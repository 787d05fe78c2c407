"""The one validation of outside data: JSON, form and query alike."""
