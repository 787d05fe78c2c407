"""What every part of Outlay stands on; knows no noun of Outlay and no Flask."""
