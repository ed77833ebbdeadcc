"""How many phones may hold a connection at once."""

CONNECTIONS = 2000  # a browser holds up to six
LEAST = 100  # waitress's own


def room() -> int:
    """Above the limit nobody is let in until somebody else's connection has been idle for two minutes, and a county's
    phones at the end of a day are more than waitress's own hundred. The system's limit of open files is raised as far
    as it lets us; where it has none that can be asked, waitress's own stands."""
    try:
        import resource
    except ImportError:  # Windows
        return LEAST
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * CONNECTIONS + 200  # an upload has a file besides
    files = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < files:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))
    return max(LEAST, min(CONNECTIONS, (files - 200) // 2))
