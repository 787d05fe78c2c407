"""The job adapter: opens an app context and calls a controller."""
