#include "telemetry.h"

#include <chassis/context.h>
#include <unistd.h>

#include "build_info.h"
#include "work.h"

enum { EXPORT_END_MS = 3000, LOG_END_MS = 1000 };

int telemetry_open(Runtime *runtime, Error *err)
{
    const Settings *settings = &runtime->settings;
    int rc = json_log_open(
        &(JsonLogOptions) { .fd = STDOUT_FILENO,
                            .service = runtime->service,
                            .environment = settings_environment_name(settings) },
        &runtime->log,
        err
    );
    if (rc < 0) {
        return rc;
    }
    log_set_sink(json_log_sink, runtime->log, (LogLevel) settings->log_level);
    const MetricLabel service = { .name = STR("service"), .value = str_from(runtime->app->name) };
    runtime->metrics = metrics_new(&service, 1);
    metrics_add_process(runtime->metrics, STR(BUILD_VERSION), build_commit());
    if (settings->otel_enabled) {
        runtime->tracer =
            tracer_new(&(TracerOptions) { .sample_rate = settings->otel_sample_rate });
    }
    return 0;
}

int telemetry_start_export(Runtime *runtime, Error *err)
{
    if (!runtime->tracer) {
        return 0;
    }
    const MetricLabel resource[] = {
        { .name = STR("service.name"), .value = runtime->service },
        { .name = STR("service.version"), .value = STR(BUILD_VERSION) },
        { .name = STR("deployment.environment"),
          .value = settings_environment_name(&runtime->settings) },
    };
    const OtlpOptions options = {
        .endpoint = runtime->settings.otel_endpoint,
        .resource = resource,
        .resource_count = ARRAY_LEN(resource),
        .metrics = runtime->metrics,
    };
    Worker *worker = &runtime->workers[0];
    return otlp_exporter_start(worker->loop, runtime->tracer, &options, &worker->otlp, err);
}

void telemetry_stop_export(Runtime *runtime)
{
    Worker *worker = &runtime->workers[0];
    if (worker->otlp) {
        otlp_exporter_stop(worker->otlp, EXPORT_END_MS);
        worker->otlp = NULL;
    }
}

void telemetry_close(Runtime *runtime)
{
    tracer_free(runtime->tracer);
    log_set_sink(NULL, NULL, LOG_ERROR);
    json_log_close(runtime->log, LOG_END_MS);
    runtime->log = NULL;
}
