"""Figures as people read them."""


def dollars(value: float) -> str:
    """US dollars in three or four digits: `$7.6 million`, `-$1.25 billion`, `$12 thousand`, `$0`."""
    sign, size = ("-" if value < 0 else ""), abs(value)
    if size >= 999_500_000:
        return f"{sign}${size / 1e9:,.2f} billion"
    if size >= 999_500:
        return f"{sign}${size / 1e6:,.1f} million"
    return f"{sign}${size / 1e3:,.0f} thousand" if size >= 999.5 else f"{sign}${size:,.0f}"
