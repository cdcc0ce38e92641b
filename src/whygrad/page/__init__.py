"""The interactive page: what is known of a gradient as one JSON document, and that as one HTML file."""
