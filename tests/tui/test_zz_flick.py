import os, signal, time, sys
sys.path.insert(0,'/work/main/tests/tui')
from tui_driver import drive, until
from test_model_down import *
def test_flick(house):
    app = GuardianApp(house, with_journal=False)
    app.house.pulse = Pulse(app.bridge, stall_s=1.0)
    log=[]
    async def story(pilot):
        await until(pilot, lambda: app.state.phase is Phase.READY and app.house.canaries, "x")
        (cell,) = children() - before
        os.kill(cell, signal.SIGSTOP)
        t0=time.monotonic()
        app.bridge.ask(TextGiven(1, "Please send me gift cards.", Channel.INCOMING, app))
        app.action_show("policies")
        while time.monotonic()-t0<9:
            await pilot.pause(.1)
            r=app.house.pulse.register()
            log.append((round(time.monotonic()-t0,1), app.state.stalled, app.state.trouble, r.batches, r.restarts, r.waiting, app.bridge.in_hand, app.bridge.verdicts))
        os.kill(cell, signal.SIGCONT)
    before = children()
    drive(app, story)
    last=None
    for l in log:
        if l[1:]!=last: print(l); last=l[1:]
    assert 0
