ARG VERSION=1
ARG BASE=12.7
FROM debian:${BASE}
# want error DF062
RUN echo "$VERSION"
# want error DF062
LABEL version=$VERSION
# want error DF062
RUN echo $TARGETARCH
# want error DF062
WORKDIR /srv/$LATER
ARG LATER=1
ARG VERSION TARGETARCH
RUN echo $VERSION $TARGETARCH $LATER $HOME $UNKNOWN ${LATER}
RUN VERSION=2; echo $VERSION; for x in a b; do echo $x; done
RUN echo '$BASE' \$BASE ${BASE:-none}
USER 10001
CMD exec echo $BASE
