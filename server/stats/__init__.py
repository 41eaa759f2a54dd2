"""Figures: who came, who came back, who bought. Reads only; each figure carries its definition."""
