/* Control: the API of a running stack: HTTP and JSON on a unix socket that only its owner may open
 * (0600, and the peer's uid is checked). The CLI talks to it, later the dashboard and MCP do.
 *
 *   GET  /v1/stack                      the view (stack/view.h)
 *   GET  /v1/events                     one JSON object a line: {"node": …} for each change,
 * {"phase"} POST /v1/up                         {"services": […], "profiles": […], "no_deps":
 * false} POST /v1/down                       stops everything; answers at once POST
 * /v1/services/NAME/start|stop|restart
 *
 * Errors: {"error": {"code": "…", "message": "…"}} with 400, 404, 405, 409 or 503. */
#pragma once

#include "base/error.h"
#include "loop/loop.h"

#include "stack/place.h"
#include "stack/supervisor.h"

typedef struct Control Control;

int control_open(
    Loop *loop, const Place *place, Supervisor *supervisor, Control **ret_control, Error *err
);
/* Ends the event streams, stops listening, removes the socket, waits shortly for answers under way,
 * then calls `done`. */
void control_close(Control *control, void (*done)(void *arg), void *arg);
/* After control_close has called `done` and the loop has ended; NULL is fine. */
void control_free(Control *control);
