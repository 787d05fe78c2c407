"""Headers of files sent to a person."""


def attachment(filename: str) -> dict[str, str]:
    """Return the header that makes a browser save the answer under an ASCII ``filename``."""
    return {"Content-Disposition": f'attachment; filename="{filename}"'}
