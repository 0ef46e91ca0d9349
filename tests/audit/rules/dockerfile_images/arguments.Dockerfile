ARG TAG=12.7
ARG OTHER
ARG NEWEST=latest
FROM debian:${TAG} AS one
FROM ${OTHER} AS unknown
FROM debian:${OTHER:-12.7} AS default
# want error DF003
FROM debian:$NEWEST AS newest
# want error DF062
FROM debian$NONE AS none
FROM one
USER 10001
