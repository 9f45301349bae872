"""The upper bound: a linear programme over requests alone, whose prices anybody can check (docs/scheduling.md)."""

from dataclasses import dataclass
from math import floor
from typing import Any

from sessions.scheduling.ground import Ground, bits
from sessions.scheduling.plan import Certificate

SHARPEST = 1e-9


@dataclass(frozen=True)
class Bound:
    """No plan places more weight than `most`. `chosen` is how much of each request the programme takes, 0 to 1;
    `gain` what a request is worth beyond the prices of what it uses."""

    certificate: Certificate
    most: float
    chosen: list[float]
    gain: list[float]


def bound_of(ground: Ground, seconds: float | None = None) -> Bound:
    """Solve the programme: each person's time, their time in a session, shared tables, common tables.

    After `seconds` it is given up for prices of nothing, which prove that no more than everything is placed.
    """
    rows = _rows(ground)
    certificate, chosen = _solved(ground, rows, seconds)
    return Bound(certificate, most_of(ground, certificate), chosen, gains(ground, certificate))


def most_of(ground: Ground, certificate: Certificate) -> float:
    """The bound that the prices prove, whatever they are, as long as none is below 0."""
    people = ground.problem.participants
    total = certificate.z * ground.tables_in_all()
    total += sum(certificate.y.get(str(one.id), 0.0) * ground.most[place] for place, one in enumerate(people))
    known = {str(one.id): place for place, one in enumerate(people)}
    for (name, one), price in certificate.sessions.items():
        total += price * _in_session(ground, name, known[one])
    total += sum(price * ground.slots for price in certificate.tables.values())
    total += sum(max(0.0, gain) for gain, mask in zip(gains(ground, certificate), ground.mask, strict=True) if mask)
    return rounded_down(ground, total)


def rounded_down(ground: Ground, total: float) -> float:
    """Of whole weights no plan has a part: the bound is the whole number below."""
    if all(float(weight).is_integer() for weight in ground.weight):
        return float(floor(total + 1e-6))
    return total + SHARPEST * max(1.0, total)  # sums of floats are not exact


def gains(ground: Ground, certificate: Certificate) -> list[float]:
    """What each request is worth beyond the prices of the people, sessions and tables it uses."""
    prices = [certificate.y.get(str(one.id), 0.0) for one in ground.problem.participants]
    prices += [certificate.tables.get(name, 0.0) for name in ground.shared]
    found = []
    for number, request in enumerate(ground.problem.requests):
        left = ground.weight[number] - sum(prices[one] for one in ground.needs[number])
        left -= certificate.z if ground.common[number] else 0.0
        if request.session is not None and certificate.sessions:
            left -= sum(certificate.sessions.get((request.session, str(one)), 0.0) for one in request.people)
        found.append(left)
    return found


def _in_session(ground: Ground, name: str, person: int) -> int:
    return (ground.times[person] & bits(ground.problem.sessions[name])).bit_count()


Row = tuple[Any, float, list[int]]  # what it prices, how much there is, the requests that use one of it


def _rows(ground: Ground) -> list[Row]:
    """The programme's rows; those that cannot bind are left out."""
    rows: list[Row] = []
    alive = [bool(mask) for mask in ground.mask]
    for place, used in enumerate(ground.of):
        inside = [one for one in used if alive[one]]
        if len(inside) > ground.most[place]:
            rows.append((place, ground.most[place], inside))
    by_session: dict[tuple[str, int], list[int]] = {}
    for number, request in enumerate(ground.problem.requests):
        if request.session is not None and alive[number]:
            for one in request.people:
                by_session.setdefault((request.session, ground.person[one]), []).append(number)
    for (name, person), inside in by_session.items():
        most = _in_session(ground, name, person)
        if len(inside) > most:
            rows.append(((name, str(ground.problem.participants[person].id)), most, inside))
    inside = [number for number, common in enumerate(ground.common) if common and alive[number]]
    if len(inside) > ground.tables_in_all():
        rows.append(("z", ground.tables_in_all(), inside))
    return rows


def _solved(ground: Ground, rows: list[Row], seconds: float | None) -> tuple[Certificate, list[float]]:
    from ortools.linear_solver import pywraplp

    solver = pywraplp.Solver.CreateSolver("GLOP")
    if seconds is not None:
        solver.SetTimeLimit(max(100, int(seconds * 1000)))
    shares = [solver.NumVar(0, 1 if mask else 0, "") for mask in ground.mask]
    made = []
    for _what, most, inside in rows:
        row = solver.Constraint(-solver.infinity(), float(most))
        for number in inside:
            row.SetCoefficient(shares[number], 1)
        made.append(row)
    aim = solver.Objective()
    for share, weight in zip(shares, ground.weight, strict=True):
        aim.SetCoefficient(share, weight)
    aim.SetMaximization()
    if solver.Solve() != pywraplp.Solver.OPTIMAL:
        return Certificate(), [1.0 if mask else 0.0 for mask in ground.mask]
    return _prices(ground, rows, [row.dual_value() for row in made]), [share.solution_value() for share in shares]


def _prices(ground: Ground, rows: list[Row], duals: list[float]) -> Certificate:
    y: dict[str, float] = {}
    sessions: dict[tuple[str, str], float] = {}
    tables: dict[str, float] = {}
    z = 0.0
    for (what, _most, _inside), dual in zip(rows, duals, strict=True):
        price = round(max(0.0, dual), 9)
        if not price:
            continue
        if what == "z":
            z = price
        elif isinstance(what, tuple):
            sessions[what] = price
        elif what < ground.people:
            y[str(ground.problem.participants[what].id)] = price
        else:
            tables[ground.shared[what - ground.people]] = price
    return Certificate(y, z, sessions, tables)
