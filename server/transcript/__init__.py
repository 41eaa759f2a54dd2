"""What people said and did in a show, kind by kind, as files of lines: for merchants, who take them away."""
