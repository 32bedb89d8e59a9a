"""The only async layer: HTTP dispatcher, doors, OpenAPI."""
