"""What came out, with how sure it is: Markdown, JSON and one HTML file."""
