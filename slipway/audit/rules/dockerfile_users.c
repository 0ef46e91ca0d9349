/* Who the processes run as, and what that user can do. */
#include "base/mem.h"

#include "dockerfile_common.h"
#include "words.h"

/* An entry point that starts as root to hand over to somebody else. */
static bool hands_over(const DockerStage *stage)
{
    static const char *const programs[] = { "gosu",  "su-exec",      "setpriv",
                                            "chpst", "s6-setuidgid", "/init" };
    const DockerInstruction *entrypoint = docker_stage_last(stage, DOCKER_ENTRYPOINT);
    for (size_t i = 0; entrypoint && i < entrypoint->words.len; i++) {
        for (size_t j = 0; j < ARRAY_LEN(programs); j++) {
            if (str_has_suffix(entrypoint->words.ptr[i].value, str_from(programs[j]))) {
                return true;
            }
        }
    }
    return false;
}

static void find_missing_user(RuleContext *ctx, const DockerStage *stage)
{
    const DockerStage *root = docker_stage_root(stage);
    if (image_is_nonroot(stage) || !root->image.is_known) {
        return;
    }
    Diag *diag = rule_find_span(ctx, stage->from->span, "no USER is set: the image runs as root");
    if (image_is_distroless(stage)) {
        rule_hint(ctx, diag, "use the image's tag nonroot, or set USER 65532");
    }
    const DockerInstruction *start = docker_stage_last(stage, DOCKER_ENTRYPOINT);
    start = start ? start : docker_stage_last(stage, DOCKER_CMD);
    if (start && start->stage == stage) {
        Span place = span_make(start->span.source, start->span.start, start->span.start);
        rule_suggest(ctx, diag, place, "USER 65532\n");
    }
}

static void df006(RuleContext *ctx, const Dockerfile *file)
{
    const DockerStage *stage = docker_final_stage(file);
    if (!stage || stage->is_windows || hands_over(stage) ||
        is_of_devcontainer(file->source->path)) {
        return;
    }
    const DockerInstruction *user;
    Str name = stage_user(stage, &user);
    if (!user) {
        find_missing_user(ctx, stage);
    } else if (user_is_root(name)) {
        rule_find_span(ctx, user->span, "the last USER is %" STR_FMT, STR_ARG(name));
    }
}

static bool is_numeric(Str user)
{
    uint64_t id;
    return str_to_uint64(user, &id);
}

/* Users of well-known images. */
static const char *known_id(Str name)
{
    static const struct {
        const char *name, *id;
    } users[] = { { "nobody", "65534" }, { "nonroot", "65532" }, { "node", "1000" } };
    for (size_t i = 0; i < ARRAY_LEN(users); i++) {
        if (str_eq_cstr(name, users[i].name)) {
            return users[i].id;
        }
    }
    return NULL;
}

static void df007(RuleContext *ctx, const Dockerfile *file)
{
    const DockerStage *stage = docker_final_stage(file);
    const DockerInstruction *user;
    Str name = stage ? stage_user(stage, &user) : STR("");
    if (name.len == 0 || !user->words.ptr[0].is_known || is_numeric(name) || user_is_root(name) ||
        stage->is_windows) {
        return;
    }
    Diag *diag = rule_find_span(
        ctx,
        user->words.ptr[0].span,
        "\"%" STR_FMT "\" is a name: Kubernetes can't tell that it isn't root",
        STR_ARG(name)
    );
    const char *id = known_id(name);
    if (id && str_eq(user->words.ptr[0].raw, name)) {
        rule_suggest(ctx, diag, user->words.ptr[0].span, "%s", id);
    }
}

/* Whether nothing between the two runs or copies as the user before. */
static bool
may_move(const DockerStage *stage, const DockerInstruction *to, const DockerInstruction *from)
{
    for (size_t i = 0; i < stage->instructions.len; i++) {
        const DockerInstruction *between = stage->instructions.ptr[i];
        if (between->number > to->number && between->number < from->number &&
            (between->kind == DOCKER_RUN || between->kind == DOCKER_COPY ||
             between->kind == DOCKER_ADD || between->kind == DOCKER_WORKDIR ||
             between->kind == DOCKER_USER || between->kind == DOCKER_ARG ||
             between->kind == DOCKER_ENV)) {
            return false;
        }
    }
    return true;
}

/* The whole lines of the instruction. */
static Span lines_of(const DockerInstruction *instruction)
{
    Str text = instruction->span.source->text;
    size_t start = instruction->span.start, end = instruction->span.end;
    while (start > 0 && text.ptr[start - 1] != '\n') {
        start--;
    }
    while (end < text.len && text.ptr[end - 1] != '\n') {
        end++;
    }
    return span_make(instruction->span.source, start, end);
}

static void df008(RuleContext *ctx, const Dockerfile *file)
{
    const DockerStage *stage = docker_final_stage(file);
    const DockerInstruction *command = NULL;
    for (size_t i = 0; stage && i < stage->instructions.len; i++) {
        const DockerInstruction *instruction = stage->instructions.ptr[i];
        bool starts = instruction->kind == DOCKER_CMD || instruction->kind == DOCKER_ENTRYPOINT;
        if (starts && !instruction->is_onbuild && !command) {
            command = instruction;
        }
        if (command && instruction->kind == DOCKER_USER) {
            Diag *diag = rule_find_span(
                ctx,
                instruction->span,
                "USER stands behind %" STR_FMT,
                STR_ARG(docker_kind_name(command->kind))
            );
            diag_relate(ctx->diags, diag, command->span, "runs as that user all the same");
            if (may_move(stage, command, instruction)) {
                Span place = span_make(file->source, command->span.start, command->span.start);
                Str user = span_text(instruction->span);
                rule_fix(ctx, diag, place, "%" STR_FMT "\n", STR_ARG(user));
                rule_fix(ctx, diag, lines_of(instruction), "%s", "");
            }
            return;
        }
    }
}

/* --- ports ------------------------------------------------------------------------------------ */

typedef struct Port {
    uint64_t first, last;
    bool is_valid;
} Port;

/* port[-port][/protocol] */
static Port parse_port(Str text)
{
    Str ports, protocol = STR("tcp"), first, last;
    Port port = { 0 };
    if (!str_cut(text, '/', &ports, &protocol)) {
        ports = text;
    }
    if (!str_cut(ports, '-', &first, &last)) {
        first = ports;
        last = ports;
    }
    port.is_valid = str_to_uint64(first, &port.first) && str_to_uint64(last, &port.last) &&
                    port.first > 0 && port.first <= port.last && port.last <= 65535 &&
                    (str_eq_nocase(protocol, STR("tcp")) || str_eq_nocase(protocol, STR("udp")) ||
                     str_eq_nocase(protocol, STR("sctp")));
    return port;
}

typedef void (*PortCheck)(RuleContext *ctx, const DockerWord *word, Port port);

static void each_port(RuleContext *ctx, const Dockerfile *file, PortCheck check)
{
    for (const DockerInstruction *expose = NULL;
         (expose = docker_next(file, DOCKER_EXPOSE, expose));) {
        vec_foreach(word, &expose->words) {
            if (word->is_known) {
                check(ctx, word, parse_port(word->value));
            }
        }
    }
}

static void check_valid(RuleContext *ctx, const DockerWord *word, Port port)
{
    if (!port.is_valid) {
        Diag *diag =
            rule_find_span(ctx, word->span, "\"%" STR_FMT "\" is no port", STR_ARG(word->value));
        if (str_has_char(word->value, ':')) {
            rule_hint(ctx, diag, "name the container's port alone; docker run -p maps it");
        }
    }
}

static void df058(RuleContext *ctx, const Dockerfile *file)
{
    each_port(ctx, file, check_valid);
}

static void check_ssh(RuleContext *ctx, const DockerWord *word, Port port)
{
    if (port.is_valid && port.first <= 22 && port.last >= 22) {
        rule_find_span(ctx, word->span, "port 22 is that of SSH");
    }
}

static void df059(RuleContext *ctx, const Dockerfile *file)
{
    each_port(ctx, file, check_ssh);
}

static void check_low(RuleContext *ctx, const DockerWord *word, Port port)
{
    if (port.is_valid && port.first < 1024) {
        rule_find_span(
            ctx, word->span, "port %" STR_FMT " needs a privilege below 1024", STR_ARG(word->value)
        );
    }
}

static void df060(RuleContext *ctx, const Dockerfile *file)
{
    const DockerStage *stage = docker_final_stage(file);
    const DockerInstruction *user;
    Str name = stage ? stage_user(stage, &user) : STR("");
    if (name.len > 0 && !user_is_root(name) && user->words.ptr[0].is_known &&
        !file_mentions(file, "setcap") && !file_mentions(file, "cap_net_bind")) {
        each_port(ctx, file, check_low);
    }
}

static const AuditRule rules[] = {
    { .id = "DF006",
      .artifact = "Dockerfile",
      .severity = SEVERITY_ERROR,
      .escalates = true,
      .meaning = "An image that runs as root",
      .why =
          "Whoever breaks into the process is root in the container, one fault away from the host.",
      .fix = "make a user, give it what it must write, and end with USER and its number",
      .bad = "FROM debian:12.7\nCMD [\"/app\"]\n",
      .good = "FROM debian:12.7\nRUN useradd --uid 10001 app\nUSER 10001\nCMD [\"/app\"]\n",
      .peers = "HL:DL3002 DS002 CKV_DOCKER_3 CKV_DOCKER_8"
               " KI:fd54f200-402c-4333-a5a4-36ef6709af2f KI:67fd0c4a-68cf-46d7-8c41-bc9fba7e40ae",
      .check_dockerfile = df006 },
    { .id = "DF007",
      .artifact = "Dockerfile",
      .severity = SEVERITY_WARN,
      .meaning = "A USER that isn't a number",
      .why = "With runAsNonRoot the kubelet refuses to start it: it can't resolve the name.",
      .fix = "write the user's number",
      .bad = "USER app\n",
      .good = "USER 10001\n",
      .peers = "HL:DL3066",
      .check_dockerfile = df007 },
    { .id = "DF008",
      .artifact = "Dockerfile",
      .severity = SEVERITY_WARN,
      .meaning = "USER behind CMD or ENTRYPOINT",
      .why =
          "It reads as if the command ran as the user before; the last USER counts wherever it is.",
      .fix = "move USER before CMD and ENTRYPOINT",
      .bad = "CMD [\"/app\"]\nUSER 10001\n",
      .good = "USER 10001\nCMD [\"/app\"]\n",
      .check_dockerfile = df008 },
    { .id = "DF058",
      .artifact = "Dockerfile",
      .severity = SEVERITY_ERROR,
      .meaning = "EXPOSE of what is no port",
      .why = "The build fails, or the image says something that can't be.",
      .fix = "write a number from 1 to 65535, a range, and /tcp, /udp or /sctp behind it",
      .bad = "EXPOSE 80:8080\n",
      .good = "EXPOSE 8080/tcp\n",
      .peers = "HL:DL3011 DS008"
               " KI:71bf8cf8-f0a1-42fa-b9d2-d10525e0a38e",
      .check_dockerfile = df058 },
    { .id = "DF059",
      .artifact = "Dockerfile",
      .severity = SEVERITY_ERROR,
      .escalates = true,
      .meaning = "SSH in a container",
      .why =
          "A second way in, with keys and passwords of its own, past every audit of the cluster.",
      .fix = "take the server out; docker exec and kubectl exec give a shell",
      .bad = "EXPOSE 22\n",
      .good = "EXPOSE 8080\n",
      .peers = "DS004 CKV_DOCKER_1",
      .check_dockerfile = df059 },
    { .id = "DF060",
      .artifact = "Dockerfile",
      .severity = SEVERITY_WARN,
      .meaning = "A port below 1024 for a user who isn't root",
      .why = "Where the runtime doesn't lift the limit, the process can't listen there.",
      .fix = "listen on a port from 1024 on",
      .bad = "EXPOSE 80\nUSER 10001\n",
      .good = "EXPOSE 8080\nUSER 10001\n",
      .check_dockerfile = df060 },
};

const RuleFamily rules_dockerfile_users = { rules, ARRAY_LEN(rules) };
