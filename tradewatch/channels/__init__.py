"""Where a digest goes. Each channel is a module with one function, `deliver`."""
