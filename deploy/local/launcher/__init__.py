"""The verbs of ./espace.

    verbs      what each does; their docstrings are the help
    install    what a fresh machine lacks: Python packages, system packages, the site's style sheets
    town       `up`: the whole system in the foreground
    clock      `clock`: the town's time
    locks      `lock`: the requirement files

verbs and install run under the system's Python, before anything is installed: standard library only.
"""
