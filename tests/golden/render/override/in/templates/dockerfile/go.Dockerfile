FROM scratch
# <%= s.name %> of <%= platform %>
