"""Where passages are kept: Qdrant Edge in a folder, a Qdrant server, or memory."""
