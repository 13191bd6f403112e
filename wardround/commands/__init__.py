"""The commands of ``wardround``, one module each; a module imports what it needs only when it runs."""
