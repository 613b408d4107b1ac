"""Small contest files of our own, in the public formats."""

from __future__ import annotations

from app.planning.contest.instances import Instance
from app.planning.contest.reader import read_instance

SOLOMON = """five

VEHICLE
NUMBER     CAPACITY
  3          20

CUSTOMER
CUST NO.   XCOORD.   YCOORD.   DEMAND    READY TIME   DUE DATE   SERVICE TIME

    0      0         0          0          0        200          0
    1      10        0         10          0        150         10
    2      20        0         10          0        150         10
    3      0        10          5         40         60         10
    4      0        20          5          0        150         10
    5      -10       0         10          0        150         10
"""

LI_LIM = """3\t20\t1
0\t0\t0\t0\t0\t200\t0\t0\t0
1\t10\t0\t10\t0\t150\t10\t0\t2
2\t20\t0\t-10\t0\t150\t10\t1\t0
3\t0\t10\t15\t40\t60\t10\t0\t4
4\t0\t20\t-15\t0\t150\t10\t3\t0
"""


def solomon() -> Instance:
    """Five customers of 40 units of load, three vans of 20: two are enough."""
    return read_instance(SOLOMON, "five")


def li_lim() -> Instance:
    """Two pairs; one van can do both, one after the other."""
    return read_instance(LI_LIM, "pairs")
