import numpy as np
from dataclasses import dataclass
@dataclass(frozen=True, kw_only=True)
class Patient:
    weight_kg: float
    age_y: float=40
    sex: str="F"
    height_cm: float=170
    ancestry: str="other"
class Cohort:
    def __init__(self, *, weight_kg, age_y=40, sex="F", height_cm=170, ancestry="other"):
        self.weight_kg=np.atleast_1d(np.asarray(weight_kg,float)); n=self.weight_kg.size
        self.age_y=np.broadcast_to(np.asarray(age_y,float),(n,)); self.ancestry=np.broadcast_to(np.asarray(ancestry),(n,))
    @classmethod
    def of(cls,p): return cls(weight_kg=[p.weight_kg],age_y=[p.age_y],ancestry=[p.ancestry])
    def __len__(self): return self.weight_kg.size
