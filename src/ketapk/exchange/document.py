"""A model of one's own as a file that people and programs read: TOML or JSON."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, Strict, ValidationError

from ketapk.errors import InputError, KetapkError, ModelError, nearest
from ketapk.exchange.forms import form_of, from_json, from_toml, to_json, to_toml
from ketapk.model.build import GIVEN, ModelBuilder
from ketapk.model.design import Design, Disposition, Individual
from ketapk.model.expressions import Expression
from ketapk.model.given import SCALES
from ketapk.model.model import Group, Model, Population, Setting

if TYPE_CHECKING:
    from os import PathLike

    from ketapk.model.parameters import Parameter
    from ketapk.model.variability import Variability

FORMAT = "ketapk model"
VERSION = 1
"""Of the form; a change that older readers would misread counts it up."""
Real = Annotated[float, Strict()]
"""A number, and neither a text nor true or false."""


class Part(BaseModel):
    """A table of the file: what is not known is refused."""

    model_config = ConfigDict(extra="forbid")


class Number(Part):
    """A parameter: text with a unit, or a number; a table where its source is told."""

    value: Any = Field(description="Such as '80 L/h', or 0.2 for a share")
    where: str = Field(default=GIVEN, description="Table and row of a source")
    grade: str = Field(default="", description="A, B, C or assumed; that of the model by default")
    note: str = Field(default="", description="Whatever else is to be said")


def _as_table(value: Any) -> Any:
    return value if isinstance(value, dict | Number) else {"value": value}


class Who(Part):
    """Who the parameters describe."""

    description: str
    group: Group = "adults"
    setting: Setting = "any"
    weight_kg: tuple[Real, Real] | None = None
    age_y: tuple[Real, Real] | None = None


class Compartment(Part):
    """A compartment."""

    name: str
    volume: str | None = Field(default=None, description="Expression [L]")
    of: str | None = Field(default=None, description="Analyte that it holds")
    fate: str = Field(default="", description="What it means to be there, for the ledger")


class Loss(Part):
    """A place where drug is lost."""

    name: str
    fate: str = ""


class Flow(Part):
    """A first-order flow, by a rate constant or a clearance."""

    source: str = Field(alias="from")
    target: str = Field(alias="to")
    rate: str | None = Field(default=None, description="Expression [1/h]")
    clearance: str | None = Field(default=None, description="Expression [L/h]")


class SaturableFlow(Part):
    """A Michaelis-Menten flow."""

    source: str = Field(alias="from")
    target: str = Field(alias="to")
    Vmax: str = Field(description="Expression [mg/h]")
    Km: str = Field(description="Expression [mg/L]")


class Input(Part):
    """One way by which doses of a route enter."""

    route: str
    to: str
    F: str | Real | None = Field(default=None, description="Expression [1]")
    lag: str | None = Field(default=None, description="Expression [h]")
    dur: str | None = Field(default=None, description="Expression [h]")
    site: str = ""


class Output(Part):
    """A concentration that is read."""

    analyte: str
    compartment: str
    own_mass: Annotated[bool, Strict()] = False


class FirstPass(Part):
    """What the first pass of a borrowed route forms."""

    compartment: str
    share: str | Real = 1.0


class Pair(Part):
    """Two random effects that go together."""

    between: tuple[str, str]
    value: Real


class Document(Part):
    """A whole model, as it is written in a file."""

    format: Literal["ketapk model"] = Field(description="What the file is")
    version: Literal[1] = Field(description="Version of the form")
    name: str
    analytes: list[str]
    drugs: list[str]
    title: str
    citation: str
    doi: str = ""
    sampling_site: str
    grade: str
    population: Who
    parameters: dict[str, Annotated[Number, BeforeValidator(_as_table)]]
    covariates: dict[str, str] = Field(default_factory=dict, description="Equations by parameter")
    compartments: list[Compartment]
    losses: list[Loss] = Field(default_factory=list)
    flows: list[Flow] = Field(default_factory=list)
    saturable_flows: list[SaturableFlow] = Field(default_factory=list)
    inputs: list[Input]
    outputs: list[Output]
    effect_sites: dict[str, str] = Field(default_factory=dict, description="ke0 by analyte [1/h]")
    first_pass: FirstPass | None = None
    variability: dict[str, str] = Field(default_factory=dict, description="Spread by parameter")
    correlations: list[Pair] = Field(default_factory=list)

    def model(self) -> Model:
        """Build the model, with every check of a builder."""
        build = ModelBuilder(
            self.name,
            analytes=self.analytes,
            drugs=self.drugs,
            title=self.title,
            citation=self.citation,
            doi=self.doi,
            sampling_site=self.sampling_site,
            population=Population(**self.population.model_dump()),
            grade=self.grade,  # type: ignore[arg-type]
        )
        for name, number in self.parameters.items():
            given = number.model_dump()
            build.parameter(name, given.pop("value"), **{**given, "grade": number.grade or None})
        build.covariates(**self.covariates)
        for compartment in self.compartments:
            build.compartment(**compartment.model_dump())
        for loss in self.losses:
            build.loss(**loss.model_dump())
        for flow in self.flows:
            build.flow(**flow.model_dump())
        for saturable in self.saturable_flows:
            build.saturable_flow(**saturable.model_dump())
        for entry in self.inputs:
            build.input(**entry.model_dump())
        for output in self.outputs:
            build.output(**output.model_dump())
        for analyte, ke0 in self.effect_sites.items():
            build.effect_site(analyte, ke0)
        if self.first_pass is not None:
            build.first_pass(**self.first_pass.model_dump())
        build.vary(**self.variability)
        for pair in self.correlations:
            build.correlate(*pair.between, pair.value)
        return build.model()


def read_model(path: str | PathLike[str]) -> Model:
    """Read a model from a file.

    Parameters
    ----------
    path : str or path
        A file that ends in ``.toml`` or ``.json``, as `write_model` writes it.

    Returns
    -------
    Model
        Equal to the one that was written: its curves are the same to the last bit.

    Raises
    ------
    InputError
        If the file cannot be read; every key that is wrong is named.
    ModelError, UnitError
        If its parts do not fit together.
    """
    form = form_of(path)
    try:
        # Some editors begin a file with a mark of its encoding.
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read: {error}.") from None
    try:
        content = from_toml(text) if form == "toml" else from_json(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is not {form.upper()}: {error}.") from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise InputError(f'{path} is no model of ketapk; such a file says format = "{FORMAT}".')
    version = content.get("version")
    if isinstance(version, bool) or version != VERSION:
        raise InputError(
            f"{path} is of version {version!r}, and this ketapk reads version "
            f"{VERSION}; write it again, or take the ketapk that wrote it."
        )
    try:
        return Document.model_validate(content).model()
    except ValidationError as error:
        wrong = " ".join(_said(item) for item in error.errors())
        raise InputError(f"{path}: {wrong}") from None
    except KetapkError as error:
        raise type(error)(f"{path}: {error}") from None


def write_model(model: Model | ModelBuilder, path: str | PathLike[str]) -> None:
    """Write a model of one's own to a file.

    Parameters
    ----------
    model : Model or ModelBuilder
        What a builder has built, or a builder.
    path : str or path
        A file that ends in ``.toml`` or ``.json``.

    Raises
    ------
    ModelError
        If the model was not built by a `ModelBuilder`, was changed since, or has an equation that
        is a function.
    InputError
        If the file cannot be written.
    """
    form = form_of(path)
    built = model.model() if isinstance(model, ModelBuilder) else model
    if not isinstance(built, Model):
        raise InputError(f"{model!r} is no model; give a Model or a ModelBuilder.")
    whole = document(built)
    content = whole.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    content["parameters"] = {n: _shortest(p) for n, p in content["parameters"].items()}
    text = to_toml(content) if form == "toml" else to_json(content)
    try:
        Path(path).write_text(text.rstrip("\n") + "\n", encoding="utf-8", newline="\n")
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be written: {error}.") from None


def document(model: Model) -> Document:
    """Return a model as the content of a file.

    Raises
    ------
    ModelError
        If a file cannot say what the model is.
    """
    individual, disposition = model.individual, model.disposition
    if not (isinstance(individual, Individual) and isinstance(disposition, Disposition)):
        raise ModelError(
            f"{model.name} is written in Python, composed or altered, and no file of this form can "
            f"hold it; build it with kp.ModelBuilder, or export it with kp.write_sbml."
        )
    for name, equation in individual.equations:
        if not isinstance(equation, Expression):
            raise ModelError(
                f"The covariate equation of {name} is a function, and a file cannot hold it; write "
                f"it as an expression, such as '{name} * (weight_kg / 70) ** 0.75'."
            )
    found = _document(model, individual, disposition.design)
    if found.model() != model:
        raise ModelError(
            f"{model.name} was changed after it was built, and a file of this form cannot hold the "
            f"change; build it as it is to be."
        )
    return found


def _document(model: Model, individual: Individual, design: Design) -> Document:
    studied = model.population
    return Document(
        format="ketapk model",
        version=1,
        name=model.name,
        analytes=list(model.analytes),
        drugs=list(model.drugs),
        title=model.title,
        citation=model.citation,
        doi=model.doi,
        sampling_site=model.sampling_site,
        grade=model.grade,
        population=Who(
            description=studied.description,
            group=studied.group,
            setting=studied.setting,
            weight_kg=studied.weight_kg,
            age_y=studied.age_y,
        ),
        parameters={p.name: _number(p, model.grade) for p in individual.parameters},
        covariates={name: str(equation) for name, equation in individual.equations},
        compartments=[
            Compartment(name=p.name, volume=_text(p.volume), of=p.of, fate=p.fate)
            for p in design.places
        ],
        losses=[Loss(name=loss.name, fate=loss.fate) for loss in design.losses],
        flows=[
            Flow.model_validate(
                {
                    "from": t.source,
                    "to": t.target,
                    "rate": _text(t.rate),
                    "clearance": _text(t.clearance),
                }
            )
            for t in design.transfers
        ],
        saturable_flows=[
            SaturableFlow.model_validate(
                {"from": s.source, "to": s.target, "Vmax": str(s.Vmax), "Km": str(s.Km)}
            )
            for s in design.saturable
        ],
        inputs=[
            Input(
                route=e.route,
                to=e.to,
                F=_text(e.F),
                lag=_text(e.lag),
                dur=_text(e.dur),
                site=e.site,
            )
            for e in design.entries
        ],
        outputs=[
            Output(analyte=r.analyte, compartment=r.compartment, own_mass=r.own_mass)
            for r in design.readings
        ],
        effect_sites={analyte: str(ke0) for analyte, ke0 in design.effect_sites},
        first_pass=None
        if design.first_pass is None
        else FirstPass(compartment=design.first_pass[0], share=str(design.first_pass[1])),
        variability={v.parameter: _spread(v) for v in model.variability},
        correlations=[Pair(between=(c.first, c.second), value=c.value) for c in model.correlations],
    )


def _text(expression: Expression | None) -> str | None:
    return None if expression is None else expression.text


def _number(parameter: Parameter, grade: str) -> Number:
    """Return a parameter as it is written: with its unit, a share as a plain number."""
    digits = repr(parameter.value).removesuffix(".0")
    return Number(
        value=parameter.value if parameter.unit == "1" else f"{digits} {parameter.unit}",
        where=parameter.where,
        grade="" if parameter.grade == grade else parameter.grade,
        note=parameter.note,
    )


def _shortest(number: dict[str, Any]) -> Any:
    return number["value"] if set(number) == {"value"} else number


def _spread(effect: Variability) -> str:
    (written,) = (text for text, scale in SCALES.items() if scale == effect.scale)
    return f"{effect.value!r} {written}"


def _said(item: Any) -> str:
    """One mistake of a file, with its path and how to mend it."""
    place = ".".join(str(part) for part in item["loc"])
    if item["type"] == "extra_forbidden":
        hint = "" if len(item["loc"]) > 1 else nearest(place, Document.model_fields)
        return f"{place} is not known.{hint}"
    return f"{place}: {item['msg'][0].lower()}{item['msg'][1:]}."
