"""Mail: queued, paced, sent once, stopped at once: who agreed, what came back, and what a show's viewers are written afterwards."""
