"""What a show of a million needs: a model of its processes and engines, fed by measured figures."""
