"""A drop: orders a second through one server beside `pgbench` on the same hot row, and ten thousand taps on a hundred units."""
