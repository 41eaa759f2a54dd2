"""What all routes share: problems, parameters, who calls, pages, health and metrics."""
