#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/mem.h"
#include "net/http_client.h"
#include "net/tls.h"

#include "support.h"

/* ---- certificates made for the test ---- */

typedef struct Identity {
    EVP_PKEY *key;
    X509 *certificate;
} Identity;

static Str pem_of(Fixture *fixture, BIO *bio)
{
    char *data;
    long size = BIO_get_mem_data(bio, &data);
    Str text = str_dup(fixture->arena, str_make(data, (size_t) size));
    BIO_free(bio);
    return text;
}

static Str certificate_pem(Fixture *fixture, const Identity *identity)
{
    BIO *bio = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(bio, identity->certificate);
    return pem_of(fixture, bio);
}

static Str key_pem(Fixture *fixture, const Identity *identity)
{
    BIO *bio = BIO_new(BIO_s_mem());
    PEM_write_bio_PrivateKey(bio, identity->key, NULL, NULL, 0, NULL, NULL);
    return pem_of(fixture, bio);
}

static void add_extension(X509 *certificate, int nid, const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
    assert_non_null(extension);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

/* Signed by `issuer`, or by itself as an authority. */
static Identity make_identity(const char *name, const char *alternatives, const Identity *issuer)
{
    static long serial = 1;
    Identity made = { .key = EVP_EC_gen("P-256"), .certificate = X509_new() };
    X509_set_version(made.certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(made.certificate), serial++);
    X509_gmtime_adj(X509_getm_notBefore(made.certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(made.certificate), 3600);
    X509_set_pubkey(made.certificate, made.key);
    X509_NAME *subject = X509_get_subject_name(made.certificate);
    X509_NAME_add_entry_by_txt(
        subject, "CN", MBSTRING_ASC, (const unsigned char *) name, -1, -1, 0
    );
    const Identity *signer = issuer ? issuer : &made;
    X509_set_issuer_name(made.certificate, X509_get_subject_name(signer->certificate));
    add_extension(
        made.certificate, NID_basic_constraints, issuer ? "CA:FALSE" : "critical,CA:TRUE"
    );
    if (alternatives) {
        add_extension(made.certificate, NID_subject_alt_name, alternatives);
    }
    assert_true(X509_sign(made.certificate, signer->key, EVP_sha256()) > 0);
    return made;
}

static void free_identity(Identity *identity)
{
    EVP_PKEY_free(identity->key);
    X509_free(identity->certificate);
}

typedef struct Certificates {
    Identity authority, server, client;
} Certificates;

static Certificates make_certificates(void)
{
    Certificates made = { .authority = make_identity("test authority", NULL, NULL) };
    made.server = make_identity("server", "DNS:localhost,IP:127.0.0.1", &made.authority);
    made.client = make_identity("client", "DNS:client", &made.authority);
    return made;
}

static void free_certificates(Certificates *certificates)
{
    free_identity(&certificates->authority);
    free_identity(&certificates->server);
    free_identity(&certificates->client);
}

static TlsContext *context_of(TlsOptions options)
{
    TlsContext *context = NULL;
    Error err = ERROR_INIT;
    if (tls_context_new(&options, &context, &err) < 0) {
        fail_msg("%s", err.message);
    }
    return context;
}

/* ---- both ends of one connection ---- */

typedef struct Peer {
    TlsContext *context;
    Stream *stream;
    Tls *tls;
    int rc;
} Peer;

static void accept_tls(void *arg)
{
    Peer *peer = arg;
    peer->rc = tls_accept(peer->context, peer->stream, deadline_in_ms(5000), &peer->tls, NULL);
    if (peer->rc < 0) {
        stream_close(peer->stream);
        return;
    }
    char buffer[3000];
    for (ssize_t size; (size = tls_read(peer->tls, buffer, sizeof(buffer))) > 0;) {
        tls_write(peer->tls, str_make(buffer, (size_t) size));
    }
    tls_close(peer->tls);
}

/* Connects to an echoing server and returns what tls_connect returned; on success sends `bytes` and gets them back. */
static int talk(
    Fixture *fixture,
    TlsContext *server,
    TlsContext *client,
    const char *host,
    Str bytes,
    Str *ret_protocol
)
{
    Peer peer = { .context = server };
    Stream *stream;
    Fiber *fiber;
    Tls *tls;
    assert_int_equal(stream_pair(fixture->loop, &stream, &peer.stream, NULL), 0);
    assert_int_equal(fiber_spawn(fixture->loop, NULL, accept_tls, &peer, &fiber), 0);
    int rc = tls_connect(client, stream, host, deadline_in_ms(5000), &tls, NULL);
    if (rc < 0) {
        stream_close(stream);
    } else {
        if (ret_protocol) {
            *ret_protocol = str_dup(fixture->arena, tls_protocol(tls));
        }
        size_t got = 0;
        rc = tls_write(tls, bytes);
        while (rc == 0 && got < bytes.len) {
            char buffer[5000];
            ssize_t size = tls_read(tls, buffer, sizeof(buffer));
            if (size <= 0) {
                rc = size < 0 ? (int) size : -ENODATA;
                break;
            }
            assert_memory_equal(buffer, bytes.ptr + got, (size_t) size);
            got += (size_t) size;
        }
        tls_close(tls);
    }
    fiber_join(fiber);
    return rc;
}

static void verifies_name_and_authority(Fixture *fixture)
{
    Certificates certificates = make_certificates();
    Identity stranger = make_identity("stranger", NULL, NULL);
    TlsContext *server =
        context_of((TlsOptions) { .server = true,
                                  .certificate_pem = certificate_pem(fixture, &certificates.server),
                                  .key_pem = key_pem(fixture, &certificates.server) });
    TlsContext *trusting =
        context_of((TlsOptions) { .ca_pem = certificate_pem(fixture, &certificates.authority) });
    TlsContext *misled = context_of((TlsOptions) { .ca_pem = certificate_pem(fixture, &stranger) });
    TlsContext *careless = context_of((TlsOptions) { .insecure = true });
    assert_int_equal(talk(fixture, server, trusting, "localhost", STR("hello"), NULL), 0);
    assert_int_equal(talk(fixture, server, trusting, "127.0.0.1", STR("hello"), NULL), 0);
    assert_int_equal(talk(fixture, server, trusting, "example.org", STR("hello"), NULL), -EACCES);
    assert_int_equal(talk(fixture, server, trusting, "127.0.0.2", STR("hello"), NULL), -EACCES);
    assert_int_equal(talk(fixture, server, misled, "localhost", STR("hello"), NULL), -EACCES);
    assert_int_equal(talk(fixture, server, careless, "example.org", STR("hello"), NULL), 0);
    tls_context_free(server);
    tls_context_free(trusting);
    tls_context_free(misled);
    tls_context_free(careless);
    free_identity(&stranger);
    free_certificates(&certificates);
}

static void wants_a_client_certificate_where_told(Fixture *fixture)
{
    Certificates certificates = make_certificates();
    Str authority = certificate_pem(fixture, &certificates.authority);
    TlsContext *server =
        context_of((TlsOptions) { .server = true,
                                  .certificate_pem = certificate_pem(fixture, &certificates.server),
                                  .key_pem = key_pem(fixture, &certificates.server),
                                  .ca_pem = authority,
                                  .require_client_certificate = true });
    TlsContext *named =
        context_of((TlsOptions) { .ca_pem = authority,
                                  .certificate_pem = certificate_pem(fixture, &certificates.client),
                                  .key_pem = key_pem(fixture, &certificates.client) });
    TlsContext *nobody = context_of((TlsOptions) { .ca_pem = authority });
    assert_int_equal(talk(fixture, server, named, "localhost", STR("hello"), NULL), 0);
    assert_true(talk(fixture, server, nobody, "localhost", STR("hello"), NULL) < 0);
    tls_context_free(server);
    tls_context_free(named);
    tls_context_free(nobody);
    free_certificates(&certificates);
}

static void carries_megabytes_and_agrees_on_a_protocol(Fixture *fixture)
{
    enum { SIZE = 3 * 1000 * 1000 };
    Certificates certificates = make_certificates();
    TlsContext *server =
        context_of((TlsOptions) { .server = true,
                                  .alpn = "h2,http/1.1",
                                  .certificate_pem = certificate_pem(fixture, &certificates.server),
                                  .key_pem = key_pem(fixture, &certificates.server) });
    TlsContext *client = context_of((TlsOptions
    ) { .alpn = "http/1.1", .ca_pem = certificate_pem(fixture, &certificates.authority) });
    char *bytes = arena_alloc(fixture->arena, SIZE);
    for (size_t i = 0; i < SIZE; i++) {
        bytes[i] = (char) (i * 7 + i / 1000);
    }
    Str protocol;
    /* less than what both directions' queues hold: this end writes all before it reads */
    assert_int_equal(
        talk(fixture, server, client, "localhost", str_make(bytes, 400 * 1000), &protocol), 0
    );
    assert_str(protocol, "http/1.1");
    tls_context_free(server);
    tls_context_free(client);
    free_certificates(&certificates);
}

static void cut_off(void *arg)
{
    Peer *peer = arg;
    if (tls_accept(peer->context, peer->stream, deadline_in_ms(5000), &peer->tls, NULL) == 0) {
        tls_write(peer->tls, STR("half an answer"));
    }
    stream_shutdown(peer->stream);
}

static void takes_an_end_without_close_notify_for_a_truncation(Fixture *fixture)
{
    Certificates certificates = make_certificates();
    Peer peer = { .context = context_of((TlsOptions
                  ) { .server = true,
                      .certificate_pem = certificate_pem(fixture, &certificates.server),
                      .key_pem = key_pem(fixture, &certificates.server) }) };
    TlsContext *client =
        context_of((TlsOptions) { .ca_pem = certificate_pem(fixture, &certificates.authority) });
    Stream *stream;
    Fiber *fiber;
    Tls *tls;
    char buffer[100];
    assert_int_equal(stream_pair(fixture->loop, &stream, &peer.stream, NULL), 0);
    assert_int_equal(fiber_spawn(fixture->loop, NULL, cut_off, &peer, &fiber), 0);
    assert_int_equal(tls_connect(client, stream, "localhost", deadline_in_ms(5000), &tls, NULL), 0);
    assert_int_equal(tls_read(tls, buffer, sizeof(buffer)), 14);
    assert_int_equal(tls_read(tls, buffer, sizeof(buffer)), -EPROTO);
    tls_close(tls);
    fiber_join(fiber);
    tls_close(peer.tls);
    tls_context_free(peer.context);
    tls_context_free(client);
    free_certificates(&certificates);
}

static void refuses_what_is_no_tls(Fixture *fixture)
{
    TlsContext *client = context_of((TlsOptions) { .insecure = true });
    Stream *stream, *other;
    Tls *tls;
    Error err = ERROR_INIT;
    assert_int_equal(stream_pair(fixture->loop, &stream, &other, NULL), 0);
    stream_send(other, STR("HTTP/1.1 400 Bad Request\r\n\r\n"));
    assert_int_equal(
        tls_connect(client, stream, "localhost", deadline_in_ms(5000), &tls, &err), -EPROTO
    );
    assert_has(str_from(err.message), "TLS handshake");
    stream_close(stream);
    stream_close(other);
    assert_int_equal(stream_pair(fixture->loop, &stream, &other, NULL), 0);
    assert_int_equal(
        tls_connect(client, stream, "localhost", deadline_in_ms(20), &tls, &err), -ETIMEDOUT
    );
    stream_close(stream);
    stream_close(other);
    tls_context_free(client);
}

static void says_why_a_certificate_does_not_load(Fixture *fixture)
{
    (void) fixture;
    TlsContext *context;
    Error err = ERROR_INIT;
    assert_int_equal(
        tls_context_new(&(TlsOptions) { .ca_pem = STR("nothing") }, &context, &err), -EINVAL
    );
    assert_has(str_from(err.message), "load the trusted authorities");
    assert_int_equal(
        tls_context_new(
            &(TlsOptions) { .insecure = true, .key_pem = STR("nothing") }, &context, &err
        ),
        -EINVAL
    );
    assert_has(str_from(err.message), "load the key");
}

/* ---- https: a fiber that ends TLS before the fixture's server ---- */

typedef struct Terminator {
    Fixture *fixture;
    TlsContext *context;
    Listener *listener;
    int accepted;
} Terminator;

typedef struct Pump {
    Tls *tls;
    Stream *plain;
} Pump;

static void pump_answers(void *arg)
{
    Pump *pump = arg;
    char buffer[8000];
    for (ssize_t size; (size = stream_read(pump->plain, buffer, sizeof(buffer))) > 0;) {
        if (tls_write(pump->tls, str_make(buffer, (size_t) size)) < 0) {
            break;
        }
    }
}

typedef struct Accepted {
    Terminator *terminator;
    Stream *stream;
} Accepted;

static void terminate(void *arg)
{
    Accepted accepted = *(Accepted *) arg;
    Fixture *fixture = accepted.terminator->fixture;
    Pump pump = { 0 };
    free(arg);
    if (tls_accept(
            accepted.terminator->context, accepted.stream, deadline_in_ms(5000), &pump.tls, NULL
        ) < 0) {
        stream_close(accepted.stream);
        return;
    }
    Address address = fixture_address(fixture);
    assert_int_equal(
        stream_connect(fixture->loop, &address, deadline_in_ms(5000), &pump.plain, NULL), 0
    );
    Fiber *answers;
    assert_int_equal(fiber_spawn(fixture->loop, NULL, pump_answers, &pump, &answers), 0);
    char buffer[8000];
    for (ssize_t size; (size = tls_read(pump.tls, buffer, sizeof(buffer))) > 0;) {
        stream_write(pump.plain, str_make(buffer, (size_t) size));
    }
    stream_close(pump.plain);
    fiber_join(answers);
    tls_close(pump.tls);
}

static void on_accept(Listener *listener, Stream *stream, void *arg)
{
    (void) listener;
    Terminator *terminator = arg;
    terminator->accepted++;
    Accepted *accepted = MEM_NEW(Accepted);
    *accepted = (Accepted) { terminator, stream };
    assert_int_equal(fiber_spawn(terminator->fixture->loop, NULL, terminate, accepted, NULL), 0);
}

static void
check_https(Fixture *fixture, Certificates *certificates, const char *alpn, HttpVersion version)
{
    Terminator terminator = { .fixture = fixture };
    Address address = { .host = "127.0.0.1" };
    terminator.context = context_of((TlsOptions
    ) { .server = true,
        .alpn = alpn,
        .certificate_pem = certificate_pem(fixture, &certificates->server),
        .key_pem = key_pem(fixture, &certificates->server) });
    TlsContext *trusting = context_of((TlsOptions
    ) { .alpn = "h2,http/1.1", .ca_pem = certificate_pem(fixture, &certificates->authority) });
    assert_int_equal(
        listener_open(fixture->loop, &address, on_accept, &terminator, &terminator.listener, NULL),
        0
    );
    HttpClient *client = NULL;
    HttpClientOptions options = { .tls = trusting };
    assert_int_equal(http_client_new(fixture->loop, &options, &client, NULL), 0);
    const char *paths[] = { "/hello", "/megabytes", "/stream", "/hello" };
    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        HttpRequest request = { .url = str_printf(
                                    fixture->arena,
                                    "https://127.0.0.1:%d%s",
                                    listener_port(terminator.listener),
                                    paths[i]
                                ) };
        HttpResponse response = { 0 };
        Error err = ERROR_INIT;
        if (http_fetch(client, &request, fixture->arena, &response, &err) < 0) {
            fail_msg("%s", err.message);
        }
        assert_int_equal(response.status, 200);
        assert_int_equal(response.version, version);
        assert_true(response.body.len > 0);
    }
    assert_int_equal(terminator.accepted, 1);
    http_client_free(client);
    listener_close(terminator.listener);
    wait_for(http_server_stats(fixture->server)->connections == 0);
    tls_context_free(terminator.context);
    tls_context_free(trusting);
}

static void fetches_https_by_the_protocol_agreed_on(Fixture *fixture)
{
    fixture_start(fixture);
    Certificates certificates = make_certificates();
    check_https(fixture, &certificates, "http/1.1", HTTP_1_1);
    check_https(fixture, &certificates, "h2", HTTP_2);
    check_https(fixture, &certificates, NULL, HTTP_1_1);
    free_certificates(&certificates);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        net_test(verifies_name_and_authority),
        net_test(wants_a_client_certificate_where_told),
        net_test(carries_megabytes_and_agrees_on_a_protocol),
        net_test(takes_an_end_without_close_notify_for_a_truncation),
        net_test(refuses_what_is_no_tls),
        net_test(says_why_a_certificate_does_not_load),
        net_test(fetches_https_by_the_protocol_agreed_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
