"""Quantities."""
from fractions import Fraction
MINUTES_PER_HOUR = 60.0
MG_PER_MCG = 0.001
from dataclasses import dataclass
@dataclass
class Quantity:
    value: float
    kind: str
def quantity(t):
    v,u=t.split()
    return Quantity(float(v), 'amount per kg' if '/kg' in u else 'amount')
def time_h(x, name):
    if isinstance(x,(int,float)): return Fraction(repr(x))
    if isinstance(x,Fraction): return x
    v,u=x.split()
    return Fraction(v)*{'h':1,'min':Fraction(1,60),'d':24,'s':Fraction(1,3600)}[u]
def mg_per_l_to_ng_per_ml(c): return c*1000.0
def concentration_mg_per_l(t, analyte): return float(t.split()[0])/1000
def fmt(x, digits=3): return f"{x:.{digits}g}"
