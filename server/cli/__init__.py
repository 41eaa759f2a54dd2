"""The command line, `showfloor …`. Results go to standard output, progress and faults to standard error.

Exit codes: 0 done, also after Ctrl-C and SIGTERM; 1 something is wrong, said in one line; 2 a command that cannot be understood.
"""
