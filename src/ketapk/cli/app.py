"""The command line: plans as sentences in, tables, CSV, JSON and figures out.

Data goes to standard output, everything else to standard error. A mistake is answered in one
sentence. Exit codes: 0 fine, 1 internal error, 2 wrong usage or unit, 3 plan or model refused
or questioned, 4 some patients failed (what succeeded is printed), 130 interrupted.
"""

from __future__ import annotations

import os
import sys
import warnings
from copy import copy
from typing import TYPE_CHECKING, Any

import typer

from ketapk.cli.checking import lint, weights
from ketapk.cli.estimate import estimate
from ketapk.cli.library import effects, model, models, observed, verify
from ketapk.cli.options import examples, say
from ketapk.cli.outlook import carry_over, decrement, plateau, what_if
from ketapk.cli.page import serve
from ketapk.cli.plans import compare, simulate
from ketapk.cli.research import interrupted, predict, trial
from ketapk.cli.schedules import schedule
from ketapk.cli.sensitivity import sensitivity
from ketapk.cli.tools import (
    cite,
    compile_kernels,
    convert,
    doctor,
    equivalent,
    explain,
    nca,
    protocols,
    schema,
)
from ketapk.errors import KetapkError, KetapkWarning, nearest
from ketapk.notice import NOTICE

if TYPE_CHECKING:
    from collections.abc import Sequence

HELP = ("-h", "--help")
COMPLETING = "_KETAPK_COMPLETE"
"""Set where a shell asks how a line could go on."""
INTERRUPTED = 130
"""Exit code after a key that interrupts; what caught the key decides how it arrives here."""

app = typer.Typer(
    name="ketapk",
    help=f"Plasma concentrations of ketamine by route, from published models.\n\n{NOTICE}",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": list(HELP)},
)
app.command(
    epilog=examples(
        'ketapk simulate "0.5 mg/kg iv over 40 min" --weight 70',
        'ketapk simulate "84 mg spravato" --model perez_ruixo2021 --plot spray.png',
        'ketapk simulate "35 mg im" --model kamp2020+im --times "0, 15, 30, 60 min"',
        'ketapk simulate "56 mg spravato" --model perez_ruixo2021 --ledger "1 h"',
    )
)(simulate)
app.command(
    epilog=examples(
        'ketapk compare iv="0.5 mg/kg iv over 40 min" im="0.5 mg/kg im" --weight 70',
        'ketapk compare one="28 mg spravato" three=spravato-84 --html page.html',
        "ketapk compare --scenario routes.toml --plot routes.png",
    )
)(compare)
app.command()(models)
app.command(epilog=examples("ketapk model simons2022", "ketapk model kamp2020+im"))(model)
app.command()(protocols)
app.command(epilog=examples("ketapk verify", "ketapk verify perez_ruixo2021"))(verify)
app.command(epilog=examples("ketapk observed --plot observed.png", "ketapk observed simons2022"))(
    observed
)
app.command()(effects)
app.command(
    epilog=examples(
        'ketapk equivalent "35 mg iv over 40 min" im',
        'ketapk equivalent "35 mg iv over 40 min" nasal --match Cmax',
    )
)(equivalent)
app.command(
    epilog=examples(
        "ketapk decrement --plot decrement.png",
        'ketapk decrement kamp2020 domino --rate "0.3 mg/kg/h" --below "100, 50 ng/mL"',
        "ketapk decrement otto2021 simons2022 --age 30 --people 200",
    )
)(decrement)
app.command(
    "carry-over",
    epilog=examples(
        'ketapk carry-over "84 mg spravato" --every "Mon, Thu" --times 8',
        'ketapk carry-over "0.5 mg/kg iv over 40 min" --model kamp2020 --levels "5, 1 ng/mL"',
    ),
)(carry_over)
app.command(
    epilog=examples('ketapk plateau "0.1 mg/kg/h" "0.2 mg/kg/h" --model kamp2020 --model domino')
)(plateau)
app.command(
    "what-if",
    epilog=examples(
        'ketapk what-if "0.5 mg/kg iv over 40 min" --change "pump stops at 20 min for 10 min"',
        'ketapk what-if "0.5 mg/kg iv over 40 min" --change "weight 50 kg" --plot what-if.png',
        'ketapk what-if "20 mg iv bolus every 30 min x 3" --change "dose 2 late by 15 min"',
    ),
)(what_if)
app.command(
    epilog=examples(
        'ketapk sensitivity "0.5 mg/kg iv over 40 min" --model kamp2020 --plot tornado.png',
        'ketapk sensitivity "84 mg spravato" --model perez_ruixo2021 --measure Cmax --shares',
    )
)(sensitivity)
app.command(
    epilog=examples(
        "ketapk predict events.csv --model kamp2020",
        "ketapk predict events.csv --model mine.toml --parameter CL --plot events.png",
    )
)(predict)
app.command(
    epilog=examples(
        'ketapk trial iv="25 mg esketamine iv over 40 min" --model otto2021 --people 2000',
        'ketapk trial spray=spravato-84 --model perez_ruixo2021 --window "50 to 150 ng/mL"',
        'ketapk trial iv="25 mg esketamine iv over 40 min" --model otto2021 --people 1000000 '
        "--directory run",
    )
)(trial)
app.command(
    epilog=examples(
        'ketapk schedule "0.5 mg/kg iv over 40 min" --vial "1 mg/mL" --start 09:00',
        'ketapk schedule --target "100 ng/mL" --until "2 h" --changes 3 --vial "10 mg/mL"',
        'ketapk schedule --hold "100 ng/mL" --until "1 h" --step "5 min" --vial "10 mg/mL"',
        'ketapk schedule --chance "at least 90 % above 100 ng/mL from 10 to 40 min; at most 5 % '
        'ever above 300 ng/mL" --people 500 --model otto2021 --vial "1 mg/mL"',
    )
)(schedule)
app.command(
    epilog=examples(
        'ketapk estimate "25 mg esketamine iv over 40 min" --model otto2021 '
        '--levels "40 min: 140 ng/mL, 2 h: 55 ng/mL, 6 h: <5 ng/mL"',
        'ketapk estimate "25 mg esketamine iv over 40 min" --model otto2021 '
        '--levels-file levels.csv --next "20 mg esketamine iv over 40 min" --plot next.png',
    )
)(estimate)
app.command(epilog=examples('ketapk nca samples.csv --dose "35 mg" --route bolus'))(nca)
app.command(epilog=examples('ketapk explain "0.5 mg/kg iv over 40 min" --vial "10 mg/mL"'))(explain)
app.command(epilog=examples('ketapk convert "0.2 mg/kg/h" mcg/kg/min'))(convert)
app.command(
    epilog=examples(
        'ketapk lint "0.5 mg/kg iv over 40 min" --model kamp2020 --weight 70',
        'ketapk lint "0.2 mg/kg/h iv for 4 h" --vial "10 mg/mL" --max-rate "100 mL/h"',
        'ketapk lint "2 mg/kg iv bolus" --silence fast-bolus',
    )
)(lint)
app.command(epilog=examples("ketapk weights --weight 120 --height 165 --sex F"))(weights)
app.command(epilog=examples("ketapk serve", "ketapk serve --port 8080 --no-browser"))(serve)
app.command()(cite)
app.command()(schema)
app.command("compile", epilog=examples("ketapk compile"))(compile_kernels)
app.command()(doctor)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; mistakes become one sentence."""
    warnings.simplefilter("ignore", KetapkWarning)
    try:
        words = list(sys.argv[1:] if arguments is None else arguments)
        outcome = meant(words).main(
            args=words,
            prog_name="ketapk",
            standalone_mode=False,
        )
        code = outcome if isinstance(outcome, int) else 0
    except typer.Exit as stop:
        code = stop.exit_code
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    except KetapkError as error:
        say(str(error))
        code = error.exit_code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except Exception as error:
        if hasattr(error, "format_message"):
            say(_usage(error))
            code = 2
        elif os.environ.get("KETAPK_DEBUG"):
            raise
        else:
            say(
                f"Internal error: {type(error).__name__}: {error}. Set KETAPK_DEBUG=1 to see "
                f"where, and please report it."
            )
            code = 1
    if code == INTERRUPTED:
        say(interrupted(None if arguments is None else list(arguments)))
    return code


def meant(words: Sequence[str]) -> Any:
    """Return the commands that some words can mean, ready to be called.

    To find out how all are called takes longer than most of them run. So it is found out of the one
    that is named, and of none where only their list is shown.
    """
    if COMPLETING in os.environ:
        return typer.main.get_command(app)
    few, commands, first = copy(app), app.registered_commands, words[0] if words else HELP[0]
    if first in HELP:
        few.registered_commands = [_listed(c) for c in commands]
    elif named := [c for c in commands if first == (c.name or _name(c.callback))]:
        few.registered_commands = named
        return typer.main.get_group(few)
    return typer.main.get_command(few)


def _name(callback: Any) -> str:
    """What a command is called whose function has a name."""
    return typer.main.get_command_name(callback.__name__)


def _listed(command: Any) -> Any:
    """Return a command that takes nothing, with the same name and words about it."""

    def nothing() -> None:
        pass

    listed = copy(command)
    nothing.__name__, nothing.__doc__ = command.callback.__name__, command.callback.__doc__
    listed.callback = nothing
    return listed


def _usage(error: Any) -> str:
    """One sentence for a mistake that the argument parser found."""
    if type(error).__name__ == "NoArgsIsHelpError":
        return str(error.format_message())
    text = " ".join(str(error.format_message()).split()).rstrip(".")
    if text.endswith("?"):
        return text
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "ketapk"
    wrong = text.rsplit("'", 2)[-2] if text.count("'") >= 2 else ""
    commands = getattr(getattr(context, "command", None), "commands", {})
    hint = nearest(wrong, commands) if "ommand" in text else ""
    return f"{text}.{hint} See `{path} --help`."
